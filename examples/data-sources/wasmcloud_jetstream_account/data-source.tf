data "wasmcloud_jetstream_account" "this" {
}

output "server_version" {
  value = data.wasmcloud_jetstream_account.this.server_version
}

output "free_storage" {
  description = "Bytes in files that can still be reserved. Null if there is no limit, or one for each number of replicas."
  value = try(
    data.wasmcloud_jetstream_account.this.limits.max_storage < 0
    ? null
    : data.wasmcloud_jetstream_account.this.limits.max_storage - data.wasmcloud_jetstream_account.this.reserved.storage,
    null,
  )
}
