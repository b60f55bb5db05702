terraform {
  required_providers {
    wasmcloud = {
      source = "wasmcloud/wasmcloud"
    }
  }
}

# For a dashboard that shows the streams of several lattices.
output "streams" {
  value = {
    for lattice in ["production", "staging"] :
    lattice => provider::wasmcloud::lattice_streams(lattice)
  }
}
