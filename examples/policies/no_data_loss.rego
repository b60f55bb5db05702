# Refuses a plan that may delete data of a lattice or of wadm, unless somebody has approved the resource:
#
#     terraform show -json plan.tfplan > plan.json
#     conftest test plan.json --policy policies --data approved.yaml
#
# The file approved.yaml lists the addresses of approved resources, if there are any:
#
#     approved:
#       - wasmcloud_lattice_buckets.default
#
# It refuses the same changes as the script in the guide "Policies on plans".

package main

types := {"wasmcloud_lattice_buckets", "wadm_jetstream"}

seconds := {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001, "us": 0.000001, "ns": 0.000000001}

no_limit := 1e30

approved contains address if some address in data.approved

deny contains message if {
	some resource in changed
	not resource.address in approved
	some reason in reasons(resource)
	message := sprintf("%s %s", [resource.address, reason])
}

warn contains message if {
	some resource in changed
	resource.address in approved
	some reason in reasons(resource)
	message := sprintf("approved: %s %s", [resource.address, reason])
}

changed contains resource if {
	some resource in input.resource_changes
	resource.type in types
	resource.change.before != null
}

reasons(resource) := union({counted(resource), changes(resource.change)})

changes(change) := union({deleted(change), allowed(change), recreated(change), retained(change), lowered(change)})

# What the refresh before the plan has counted.
counted(resource) := {reason |
	some loss in losses(resource)
	loss.revisions > 0
	reason := sprintf("deletes revisions of %s (%s): %d", [loss.stream, loss.cause, loss.revisions])
}

losses(resource) := [loss | some loss in resource.change.after.data_loss] if "update" in resource.change.actions

losses(resource) := [loss |
	walk(input.prior_state, [_, prior])
	prior.address == resource.address
	some loss in prior.values.data_loss
	loss.cause == "destroy"
] if {
	"delete" in resource.change.actions
}

deleted(change) := {reason |
	"delete" in change.actions
	not change.before.skip_destroy
	reason := {true: "is replaced", false: "is destroyed"}["create" in change.actions]
}

# Neither deleted nor removed from the state (a `removed` block).
updated(change) if {
	not "delete" in change.actions
	change.after != null
}

allowed(change) := {"force_destroy is set" |
	updated(change)
	change.after.force_destroy
	not change.before.force_destroy
}

recreated(change) := {reason |
	some name, block in blocks(change)
	is_recreated(change, name)
	reason := sprintf("%s (%s) is recreated", [name, block.stream])
}

retained(change) := {reason |
	some name, block in kept(change)
	retention := change.after[name].retention
	retention != block.retention
	reason := sprintf("retention of %s is changed from %s to %s", [name, block.retention, retention])
}

lowered(change) := {reason |
	some name, block in kept(change)
	some setting in ["history", "max_bytes", "max_age"]
	limit(change.after[name][setting]) < limit(block[setting])
	from := shown(block[setting])
	to := shown(change.after[name][setting])
	reason := sprintf("%s of %s is lowered from %s to %s", [setting, name, from, to])
}

# The blocks of an update, such as config_data and events; one for each bucket and stream.
blocks(change) := {name: block |
	updated(change)
	some name, block in change.before
	is_object(block)
	block.stream
}

kept(change) := {name: block |
	some name, block in blocks(change)
	not is_recreated(change, name)
}

is_recreated(change, name) if change.after_unknown[name] == true

is_recreated(change, name) if change.after_unknown[name].created == true

# A number, or a duration in seconds. -1 and 0 mean that there is no limit.
limit(value) := limited(value) if is_number(value)

limit(value) := limited(sum(lengths)) if {
	is_string(value)
	lengths := [length |
		some part in regex.find_all_string_submatch_n(`([0-9.]+)([a-z]+)`, value, -1)
		length := to_number(part[1]) * seconds[part[2]]
	]
}

# Without an exponent, such as 1e+06.
shown(value) := format_int(value, 10) if is_number(value)

shown(value) := value if is_string(value)

limited(number) := number if number > 0

limited(number) := no_limit if number <= 0
