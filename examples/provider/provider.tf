# One NATS server or cluster per provider block. Without arguments the provider reads the variables of the nats command
# line (NATS_URL, NATS_USER, NATS_PASSWORD, NATS_TOKEN, NATS_CREDS); what stands here wins over them.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_credentials" {
  description = "Content of a NATS credentials file. Not written to the state."
  type        = string
  sensitive   = true
  default     = null
}

provider "wasmcloud" {
  servers     = ["nats://127.0.0.1:4222"]
  credentials = var.nats_credentials
  timeout     = "30s"
}
