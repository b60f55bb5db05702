//! The rows: first those of the provider's user, then those of a host, then wadm's.

use crate::resources::permissions::{Need, Permission, Reading, Right};

/// Every permission of the provider's user, in the order in which one reads about them.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        readings: &[
            Reading {
                data_source: Some("wasmcloud_lattice_buckets"),
                need: Need::Required,
                purpose: "to read the buckets",
            },
            Reading {
                data_source: Some("wadm_jetstream"),
                need: Need::Required,
                purpose: "to read the buckets and streams",
            },
        ],
        ..required(
            &["$JS.API.STREAM.INFO.<stream>"],
            "always, to read the stream",
        )
    },
    Permission {
        readings: &[
            Reading {
                data_source: Some("wasmcloud_jetstream_account"),
                need: Need::Required,
                purpose: "to read the limits, and what is reserved and used",
            },
            Reading {
                data_source: None,
                need: Need::Optional,
                purpose: "to check once for each connection that the server is not too old",
            },
        ],
        ..required(
            &["$JS.API.INFO"],
            "for a plan that creates a stream, or raises `max_bytes` or `replicas`: to read the limits of the account",
        )
    },
    Permission {
        readings: &[
            Reading {
                data_source: Some("wadm_jetstream"),
                need: Need::Required,
                purpose: "to find streams of an old wadm",
            },
            Reading {
                data_source: Some("wasmcloud_lattices"),
                need: Need::Required,
                purpose: "to find the lattices",
            },
        ],
        ..required(
            &["$JS.API.STREAM.NAMES"],
            "for a plan that creates a stream: to find other streams with the same subjects; and for `terraform query`: to find what exists",
        )
    },
    required(&["$JS.API.STREAM.CREATE.<stream>"], "to create the stream"),
    required(
        &["$JS.API.STREAM.UPDATE.<stream>"],
        "to change the stream in place, and to create it: a new stream has a temporary key in its metadata, which an update removes",
    ),
    required(
        &["$JS.API.STREAM.DELETE.<stream>"],
        "to destroy or replace the stream, and to delete it again after a create that failed",
    ),
    Permission {
        right: Right::Subscribe,
        readings: &[Reading {
            data_source: None,
            need: Need::Required,
            purpose: "to receive answers; with `inbox_prefix`, that prefix instead of `_INBOX`",
        }],
        ..required(
            &["_INBOX.>"],
            "always, to receive answers; with `inbox_prefix`, that prefix instead of `_INBOX`",
        )
    },
    optional(
        &["$JS.API.STREAM.PURGE.<stream>"],
        "to purge a stream that is not empty before it is replaced: otherwise a server may bring back messages of a stream that is recreated at once",
    ),
    Permission {
        assets: &["event_consumer"],
        ..optional(
            &["$JS.API.STREAM.LEADER.STEPDOWN.wadm_event_consumer"],
            "to request a new leader after a change of `replicas`: on some servers, this stream otherwise receives no messages from its sources any more",
        )
    },
    Permission {
        readings: &[Reading {
            data_source: Some("wasmcloud_jetstream_account"),
            need: Need::Optional,
            purpose: "for `cluster_size`, if the servers do not announce their addresses: no stream has this name, and the answer shows whether JetStream is clustered",
        }],
        ..optional(
            &["$JS.API.STREAM.LEADER.STEPDOWN.terraform-provider-wasmcloud-no-stream"],
            "to find out whether JetStream is clustered, if a plan cannot find out in another way: no stream has this name, and the answer of the server shows it",
        )
    },
    Permission {
        assets: &["event_consumer"],
        readings: &[Reading {
            data_source: Some("wadm_jetstream"),
            need: Need::Optional,
            purpose: "to report how many messages a stream of an old wadm contains",
        }],
        ..optional(
            &[
                "$JS.API.STREAM.INFO.wadm_mirror",
                "$JS.API.STREAM.INFO.wadm_multitenant_mirror",
            ],
            "to report how many messages a stream of an old wadm contains, which a new wadm deletes; `$JS.API.STREAM.NAMES` is enough to report that it exists",
        )
    },
    Permission {
        right: Right::Trace,
        ..optional(
            &["_INBOX.>", "<subject>"],
            "to check that a stream still receives messages after a change of its subjects or `replicas`, with one message for each subject; servers trace this message and do not deliver or store it (nats-server 2.11 and newer)",
        )
    },
    Permission {
        readings: &[Reading {
            data_source: None,
            need: Need::Optional,
            purpose: "to check `expected_account`; without that argument, it is not requested",
        }],
        ..optional(
            &["$SYS.REQ.USER.INFO"],
            "to check `expected_account`; without that argument, it is not requested",
        )
    },
];

/// What a wasmCloud host (1.x) needs whose buckets exist. The real host runs with these and no others.
pub const HOST: &[Permission] = &[
    required(&["$JS.API.STREAM.INFO.<stream>"], "to find its buckets"),
    required(
        &[
            "$JS.API.CONSUMER.CREATE.<stream>",
            "$JS.API.CONSUMER.CREATE.<stream>.>",
            "$JS.FC.<stream>.>",
        ],
        "to watch its buckets",
    ),
    required(&["$JS.API.DIRECT.GET.<stream>.>"], "to read keys"),
    required(&["$KV.<bucket>.>"], "to write keys"),
    required(&["wasmbus.evt.<lattice>.*"], "to send its events"),
    required(
        &["wasmbus.rpc.<lattice>.>", "<lattice>.*.wrpc.>"],
        "to call components and providers",
    ),
    required(&["_INBOX.>"], "to answer"),
    subscribe(&["wasmbus.ctl.v1.<lattice>.>"], "to be controlled"),
    subscribe(
        &["<lattice>.*.wrpc.>", "wasmbus.rpc.<lattice>.>"],
        "to run components and providers",
    ),
    subscribe(&["_INBOX.>"], "to receive answers"),
];

/// What wadm (0.12.2 or newer) needs whose buckets and streams exist. The real wadm runs with these and no others.
pub const WADM: &[Permission] = &[
    required(
        &["$JS.API.STREAM.INFO.<stream>"],
        "to find its buckets and streams",
    ),
    required(
        &[
            "$JS.API.STREAM.INFO.wadm_mirror",
            "$JS.API.STREAM.INFO.wadm_multitenant_mirror",
        ],
        "to find streams of an old wadm: without it, each costs ten seconds at the start",
    ),
    of(
        CONSUMED,
        &[
            "$JS.API.CONSUMER.LIST.<stream>",
            "$JS.API.CONSUMER.INFO.<stream>.*",
            "$JS.API.CONSUMER.CREATE.<stream>.>",
        ],
        "to consume it with one consumer for each lattice",
    ),
    of(
        &["notify"],
        &["$JS.API.CONSUMER.CREATE.<stream>"],
        "to consume it",
    ),
    of(
        &["commands", "event_consumer", "notify"],
        &["$JS.API.CONSUMER.MSG.NEXT.<stream>.*", "$JS.ACK.<stream>.>"],
        "to receive and acknowledge its messages",
    ),
    of(
        &["state", "manifests", "status"],
        &["$JS.API.DIRECT.GET.<stream>.>"],
        "to read keys and statuses",
    ),
    of(
        &["status"],
        &["$JS.API.STREAM.MSG.GET.<stream>"],
        "to read statuses",
    ),
    of(
        &["state", "manifests"],
        &["$KV.<bucket>.>"],
        "to write keys",
    ),
    of(
        &["commands", "events", "status", "notify"],
        &["<subject>"],
        "to store messages in it",
    ),
    required(&["wasmbus.ctl.>"], "to control hosts"),
    multitenant(required(
        &["*.wasmbus.ctl.>"],
        "to control hosts of other accounts",
    )),
    subscribe(&["wadm.api.>"], "to be controlled"),
    multitenant(subscribe(
        &["*.wadm.api.>"],
        "to be controlled from other accounts",
    )),
    subscribe(&["wasmbus.evt.*.>"], "to receive events of hosts"),
    multitenant(subscribe(
        &["*.wasmbus.evt.*.>"],
        "to receive events of hosts of other accounts",
    )),
    subscribe(&["_INBOX.>"], "to receive answers"),
];

/// The streams of which wadm has a consumer for each lattice.
const CONSUMED: &[&str] = &["commands", "event_consumer"];

/// How many answers to a request hosts and wadm may publish, wherever they go.
pub const MAX_RESPONSES: i64 = 1000;
/// For how long, as nats-server writes it.
pub const RESPONSES_EXPIRE: &str = "2m";

const fn required(subjects: &'static [&'static str], purpose: &'static str) -> Permission {
    Permission {
        subjects,
        right: Right::Publish,
        need: Need::Required,
        assets: &[],
        only_multitenant: false,
        readings: &[],
        purpose,
    }
}

const fn optional(subjects: &'static [&'static str], purpose: &'static str) -> Permission {
    Permission {
        need: Need::Optional,
        ..required(subjects, purpose)
    }
}

const fn subscribe(subjects: &'static [&'static str], purpose: &'static str) -> Permission {
    Permission {
        right: Right::Subscribe,
        ..required(subjects, purpose)
    }
}

const fn of(
    assets: &'static [&'static str],
    subjects: &'static [&'static str],
    purpose: &'static str,
) -> Permission {
    Permission {
        assets,
        ..required(subjects, purpose)
    }
}

const fn multitenant(permission: Permission) -> Permission {
    Permission {
        only_multitenant: true,
        ..permission
    }
}
