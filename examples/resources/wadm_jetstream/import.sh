# The id is <state bucket>/<manifest bucket>. These are the default names of wadm.
terraform import wadm_jetstream.this wadm_state/wadm_manifests

# For wadm in multi-tenant mode.
terraform import wadm_jetstream.this wadm_state/wadm_manifests/multitenant
