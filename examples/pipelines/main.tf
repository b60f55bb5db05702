# The configuration that the pipelines in github.yml and gitlab.yml plan, apply and watch. Address and login come from the
# variables of the pipeline (NATS_URL, NATS_USER, NATS_PASSWORD), so that no saved plan contains them.

terraform {
  required_providers {
    wasmcloud = {
      source  = "wasmcloud/wasmcloud"
      version = "~> 0.1"
    }
  }

  # Configured by variables too: TF_HTTP_ADDRESS and others. GitLab stores states itself; take any other backend that locks.
  backend "http" {
  }
}

provider "wasmcloud" {
  # No NATS context that somebody may have selected on the machine.
  context = ""
}

resource "wasmcloud_lattice_buckets" "production" {
  lattice = "production"
  history = 5
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}
