data "wadm_jetstream" "this" {
  provider = wasmcloud
}

output "is_multitenant" {
  value = data.wadm_jetstream.this.multitenant
}

output "hazards" {
  description = "What keeps wadm from working."
  value       = data.wadm_jetstream.this.hazards
}
