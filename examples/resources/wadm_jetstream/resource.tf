# The smallest form: everything exactly as wadm makes it. One wants it so that wadm needs no permission to create or
# delete streams, and so that the next plan says when somebody has changed one. The line `provider = wasmcloud` is needed
# because the type's name does not begin with the provider's.
resource "wadm_jetstream" "this" {
  provider = wasmcloud
}
