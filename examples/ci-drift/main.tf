# A job that only detects drift, with a NATS user that cannot change anything. Use this for a scheduled pipeline:
#
#     terraform plan -refresh-only -detailed-exitcode -lock=false
#
# The exit code is 0 if nothing was changed on the server, 2 if something was changed, and 1 if the check failed. With older
# versions of Terraform, such as 1.11.4, it is 2 even if nothing was changed (Terraform issue 36403); with 1.15, it is not. The
# permissions of the user are in docs/guides/least-privilege.md; for `expected_account`, add "$SYS.REQ.USER.INFO".

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_user" {
  description = "Set watcher for the job that detects drift, and terraform for the job that applies."
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

  # Do not connect with a login of another account, such as that of the test system.
  expected_account = "PRODUCTION"
}

resource "wasmcloud_lattice_buckets" "default" {
  max_bytes = 104857600
}
