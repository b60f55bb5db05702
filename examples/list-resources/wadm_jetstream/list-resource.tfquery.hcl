# What wadm has created in the account: an account and JetStream domain can have one installation. If its buckets have other
# names than wadm's defaults, set them in `config`, as in `state_bucket = "blue_state"`.
list "wadm_jetstream" "this" {
  provider = wasmcloud
}
