data "wasmcloud_lattices" "all" {
}

output "lattices" {
  value = keys(data.wasmcloud_lattices.all.lattices)
}

output "incomplete" {
  description = "Buckets that are missing, by lattice."
  value = {
    for name, lattice in data.wasmcloud_lattices.all.lattices :
    name => lattice.missing if !lattice.complete
  }
}
