# The state and the plan files encrypted, what the provider keeps in them included. Use this when the state is stored where
# others can read it, or when the provider block has secrets that must not be readable in a saved plan. OpenTofu 1.7 or newer.
#
#     export TF_VAR_passphrase=... # 16 characters or more
#     tofu init
#     tofu plan -out=plan && tofu apply plan
#
# A state that exists already is read without encryption once, if the block `state` has a `fallback` with the method
# `unencrypted`; see OpenTofu's documentation of state encryption.

terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }

  encryption {
    key_provider "pbkdf2" "passphrase" {
      passphrase = var.passphrase
    }

    method "aes_gcm" "passphrase" {
      keys = key_provider.pbkdf2.passphrase
    }

    state {
      method   = method.aes_gcm.passphrase
      enforced = true # Without encryption, nothing is written.
    }

    plan {
      method   = method.aes_gcm.passphrase
      enforced = true
    }
  }
}

variable "passphrase" {
  description = "Encrypts the state. Without it the state cannot be read any more."
  type        = string
  sensitive   = true
}

provider "wasmcloud" {
}

resource "wasmcloud_lattice_buckets" "default" {
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}
