//! Texts in the source that no sample needs to have.

/// A text that is in no sample, and why.
pub struct Exception {
    pub file: &'static str,
    /// What the text contains.
    pub text: &'static str,
    pub reason: &'static str,
}

/// Few: each must be needed.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        file: "src/data_sources/hazards.rs",
        text: "its replicas are not all current",
        reason: "an attribute of a data source",
    },
    Exception {
        file: "src/jetstream/connection/address.rs",
        text: "its login cannot be decoded",
        reason: "what cannot be decoded is refused before",
    },
    Exception {
        file: "src/jetstream/connection/link.rs",
        text: "the connection attempt was interrupted",
        reason: "only a panic of the provider interrupts it",
    },
    Exception {
        file: "src/jetstream/connection/link.rs",
        text: "this machine has no local port",
        reason: "a test cannot take all ports of a machine",
    },
    Exception {
        file: "src/jetstream/connection/login/mod.rs",
        text: "cannot sign the server's challenge",
        reason: "every seed of a user can sign",
    },
    Exception {
        file: "src/jetstream/connection/pending.rs",
        text: "permissions violation",
        reason: "words of the server, to compare with",
    },
    Exception {
        file: "src/jetstream/connection/route/dial.rs",
        text: "websocket",
        reason: "a request to the server",
    },
    Exception {
        file: "src/jetstream/connection/route/dial.rs",
        text: "get / http/1.1",
        reason: "a request to the server",
    },
    Exception {
        file: "src/jetstream/connection/route/dial.rs",
        text: "a certificate cannot have this name",
        reason: "needs a name that resolves and is not valid",
    },
    Exception {
        file: "src/jetstream/connection/route/relay.rs",
        text: "no random bytes",
        reason: "only a system without random numbers has none",
    },
    Exception {
        file: "src/provider/connection/options.rs",
        text: "the default, as `jetstream_domain` is not set",
        reason: "no message about the default API prefix says where it comes from",
    },
    Exception {
        file: "src/provider/credentials/keys.rs",
        text: "begin nats user jwt",
        reason: "the form of a credentials file",
    },
    Exception {
        file: "src/provider/credentials/keys.rs",
        text: "end nats user jwt",
        reason: "the form of a credentials file",
    },
    Exception {
        file: "src/provider/credentials/keys.rs",
        text: "end user nkey seed",
        reason: "the form of a credentials file",
    },
    Exception {
        file: "src/provider/credentials/pem.rs",
        text: "begin encrypted private key",
        reason: "what is looked for in a file",
    },
    Exception {
        file: "src/provider/credentials/pem.rs",
        text: "it is not in pem",
        reason: "errors that the parser has not for a text in memory",
    },
    Exception {
        file: "src/terraform/language/types.rs",
        text: "not a type constraint",
        reason: "its callers say where it is wrong instead",
    },
    Exception {
        file: "src/terraform/language/value/mod.rs",
        text: "(known after apply)",
        reason: "no message shows an unknown value",
    },
    Exception {
        file: "src/terraform/language/value/number.rs",
        text: "not a decimal number",
        reason: "its callers say where it is wrong instead",
    },
];
