# The smallest configuration: both buckets are exactly as a wasmCloud host creates them. Use this so that hosts need no
# permission to create buckets, and so that the next plan shows what another client has changed.
resource "wasmcloud_lattice_buckets" "default" {
}

# A lattice in production, with limits and older revisions of every key. LATTICEDATA, with links and components, keeps more
# revisions than CONFIGDATA: values in a block take precedence over those for both. On a cluster of three or more servers, also
# set `replicas = 3`, so that no data is lost when a server is lost.
resource "wasmcloud_lattice_buckets" "production" {
  lattice     = "production"
  compression = "s2"
  max_bytes   = 268435456 # 256 MiB
  history     = 5

  metadata = {
    team = "platform"
  }

  lattice_data = {
    history     = 20
    description = "Links and components of the production lattice"
  }

  timeouts = {
    create = "2m"
    update = "10m" # A change of replicas waits until all replicas are current.
  }
}

# A lattice that a pipeline creates for one test run and deletes with its contents: without `force_destroy`, a bucket that
# contains keys is not deleted. It is stored in memory, because its contents are not needed after a restart of the server.
resource "wasmcloud_lattice_buckets" "preview" {
  lattice       = "preview"
  storage       = "memory"
  force_destroy = true
}
