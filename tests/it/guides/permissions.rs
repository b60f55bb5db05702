//! What a configuration of nats-server allows one of its users.

use serde_json::{Value, json};

/// A user's lists.
#[derive(Debug)]
pub struct Permissions {
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
    /// How many answers to a request may be published, wherever they go. Without it, none but to what `publish` has.
    max_responses: Option<u64>,
}

impl Permissions {
    /// Those of the user with this name: what stands between its name and the next user's.
    pub fn of(config: &str, user: &str) -> Self {
        let (_, own) = config
            .split_once(&format!("user: {user},"))
            .unwrap_or_else(|| panic!("no user {user}"));
        let own = own.split("user: ").next().expect("the first part");
        let responses = own.split_once("allow_responses: { max: ");
        Self {
            publish: list(own, "publish: { allow: ["),
            subscribe: list(own, "subscribe: { allow: ["),
            max_responses: responses.map(|(_, rest)| {
                let (max, expires) = rest.split_once(", ").expect("a number, and a time");
                assert!(expires.starts_with("expires: \"2m\""), "{expires}");
                max.parse().expect("a number")
            }),
        }
    }

    /// The same in the words of a user's JWT.
    pub fn claims(&self) -> Value {
        let mut claims =
            json!({ "pub": { "allow": self.publish }, "sub": { "allow": self.subscribe } });
        if let Some(max) = self.max_responses {
            let two_minutes_nanos = 120_000_000_000_u64;
            claims["resp"] = json!({ "max": max, "ttl": two_minutes_nanos });
        }
        claims
    }
}

/// The strings from this text on to the end of the list.
fn list(text: &str, start: &str) -> Vec<String> {
    let (_, rest) = text.split_once(start).expect("a list");
    let (list, _) = rest.split_once(']').expect("its end");
    let strings = list.split('"').skip(1).step_by(2);
    strings.map(str::to_owned).collect()
}
