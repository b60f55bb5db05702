# The smallest configuration: everything is exactly as wadm creates it. Use this so that wadm needs no permission to create or
# delete streams, and so that the next plan shows what another client has changed. The line `provider = wasmcloud` is needed
# because the name of the resource type does not begin with the name of the provider.
resource "wadm_jetstream" "this" {
  provider = wasmcloud
}

# An installation in production. It has its own provider configuration, because a NATS account can have one installation. All
# buckets and streams have a limit, which some accounts require; values in a block take precedence. Older revisions of manifests
# are kept, and events are kept longer, so that none is lost while wadm is upgraded. On a cluster of three or more servers, also
# set `replicas = 3`.
variable "production_password" {
  type      = string
  sensitive = true
}

provider "wasmcloud" {
  alias    = "production"
  user     = "production"
  password = var.production_password
}

resource "wadm_jetstream" "production" {
  provider = wasmcloud.production

  max_bytes   = 104857600 # 100 MiB
  compression = "s2"

  manifests = {
    history     = 10
    max_bytes   = 268435456
    description = "Applications of the production platform"
  }

  events         = { max_age = "5m" }
  wasmbus_events = { max_age = "5m" }
  event_consumer = { max_age = "5m" }

  timeouts = {
    update = "10m" # A change of replicas waits until all replicas are current.
  }
}
