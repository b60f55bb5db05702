# One NATS server or cluster for each provider block. Arguments take precedence over the environment variables of the nats
# command (NATS_URL, NATS_CREDS and others). These variables take precedence over a NATS context.

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
