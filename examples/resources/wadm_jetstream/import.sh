# The id is <state bucket>/<manifest bucket>: these two, unless wadm is configured with other names.
terraform import wadm_jetstream.this wadm_state/wadm_manifests

# What a wadm in multi-tenant mode uses.
terraform import wadm_jetstream.this wadm_state/wadm_manifests/multitenant
