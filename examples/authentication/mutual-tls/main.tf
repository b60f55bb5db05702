# TLS with a private certificate authority and a certificate of the client. The key comes from a variable, so that no file with
# a secret is needed; for the path of a file, set `tls_key_file` instead.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

variable "nats_client_key" {
  description = "Private key of the client's certificate, in PEM."
  type        = string
  ephemeral   = true
}

provider "wasmcloud" {
  servers         = ["tls://nats.example.com:4222"]
  tls_ca          = file("${path.module}/ca.pem")
  tls_certificate = file("${path.module}/terraform.pem")
  tls_key         = var.nats_client_key
}

resource "wasmcloud_lattice_buckets" "default" {
}
