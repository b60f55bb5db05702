# The smallest form: both buckets exactly as a wasmCloud host makes them. One wants it so that hosts need no permission
# to create buckets, and so that the next plan says when somebody has changed one.
resource "wasmcloud_lattice_buckets" "default" {
}

# A lattice in production, with limits and the newer history of every key. The links and components of LATTICEDATA are
# worth a longer history than the named configurations of CONFIGDATA: what stands in a bucket's own block wins over what
# is set for both. On a cluster of three or more servers one also wants `replicas = 3`, to lose nothing with a server.
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
    update = "10m" # A change of replicas waits until every copy is current.
  }
}

# A lattice that a pipeline makes for one test run and throws away with whatever it holds: without `force_destroy` a
# destroy refuses a bucket that holds keys. In memory, since nobody will want it back.
resource "wasmcloud_lattice_buckets" "preview" {
  lattice       = "preview"
  storage       = "memory"
  force_destroy = true
}
