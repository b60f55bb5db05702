# The configuration of the pipelines in github.yml and gitlab.yml. Address and login come from variables of the pipeline (NATS_URL,
# NATS_USER, NATS_PASSWORD), so no saved plan contains them.

terraform {
  required_providers {
    wasmcloud = {
      source  = "wasmcloud/wasmcloud"
      version = "~> 0.1"
    }
  }

  # Also set by variables: TF_HTTP_ADDRESS and others. GitLab has such a backend. Any other backend with locks works too.
  backend "http" {
  }
}

provider "wasmcloud" {
  # Ignore a NATS context that is selected on the machine.
  context = ""
}

resource "wasmcloud_lattice_buckets" "production" {
  lattice = "production"
  history = 5
}

resource "wadm_jetstream" "this" {
  provider = wasmcloud
}
