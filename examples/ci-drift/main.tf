# A job that only detects drift, with a NATS user that can change nothing. Use this for a scheduled pipeline:
#
#     terraform plan -refresh-only -detailed-exitcode -lock=false
#
# ends with 0 if nothing was changed on the server, with 2 if something was, and with 1 if it could not be checked. Older
# versions of Terraform, such as 1.11.4, end with 2 in any case (Terraform issue 36403); 1.15 does not. The permissions of the
# user are in docs/guides/least-privilege.md, and with "$SYS.REQ.USER.INFO" for `expected_account`.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_user" {
  description = "watcher for the job that detects drift, terraform for the one that applies."
  type        = string
  default     = "watcher"
}

variable "nats_password" {
  type      = string
  ephemeral = true
}

provider "wasmcloud" {
  servers  = ["nats://nats.example.com:4222"]
  user     = var.nats_user
  password = var.nats_password
  context  = ""

  # Refuses to connect with a login of another account, such as that of the test system.
  expected_account = "PRODUCTION"
}

resource "wasmcloud_lattice_buckets" "default" {
  max_bytes = 104857600
}
