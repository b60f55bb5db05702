data "wasmcloud_lattice_buckets" "production" {
  lattice = "production"
}

output "configurations" {
  description = "Number of named configurations."
  value       = data.wasmcloud_lattice_buckets.production.config_data.keys
}

output "lag" {
  description = "Operations that each other replica is behind, by server."
  value = {
    for follower in data.wasmcloud_lattice_buckets.production.config_data.followers :
    follower.name => follower.lag
  }
}
