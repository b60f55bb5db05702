//! A server in operator mode, as the hosted ones are: users prove themselves by a signed JWT and a key.

use async_nats::ConnectOptions;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};

/// When every JWT here was issued, in seconds since 1970.
const ISSUED: u64 = 1_700_000_000;

/// An operator with one account that may use JetStream.
pub struct Operator {
    operator: KeyPair,
    account: KeyPair,
    tiers: Value,
    /// Users whose JWTs do not count any more: by their keys, those issued until that second.
    revocations: Value,
}

impl Operator {
    pub fn new() -> Self {
        Self {
            operator: KeyPair::new_operator(),
            account: KeyPair::new_account(),
            tiers: json!({}),
            revocations: json!({}),
        }
    }

    /// With limits for one number of replicas alone, such as "R1", in the JWT's words; what is left out is none.
    pub fn with_tier(name: &str, limits: Value) -> Self {
        Self {
            tiers: json!({ name: limits }),
            ..Self::new()
        }
    }

    /// From now on, the configuration says that this user's JWT does not count.
    pub fn revoke(&mut self, user: &User) {
        let key = KeyPair::from_seed(&user.seed).expect("a seed made here");
        self.revocations[key.public_key()] = json!(ISSUED);
    }

    /// Configuration for [`crate::support::NatsServer::configured`].
    pub fn config(&self) -> String {
        let system = KeyPair::new_account();
        let operator = sign(&self.operator, &self.operator, "operator", json!({}));
        let account = match self
            .tiers
            .as_object()
            .is_some_and(|tiers| !tiers.is_empty())
        {
            true => self.account_jwt(&self.account, 0, &self.tiers),
            false => self.account_jwt(&self.account, -1, &json!({})),
        };
        let system_jwt = self.account_jwt(&system, 0, &json!({}));
        format!(
            "operator: {operator}
            resolver: MEMORY
            resolver_preload: {{ {}: {account}, {}: {system_jwt} }}
            system_account: {}",
            self.account.public_key(),
            system.public_key(),
            system.public_key(),
        )
    }

    /// The public key of its account. The account's name is `account`.
    pub fn account_key(&self) -> String {
        self.account.public_key()
    }

    /// The content of a credentials file of a new user.
    pub fn credentials(&self) -> String {
        self.user(None).credentials()
    }

    /// A new user, whose JWT ends at this second since 1970, or never.
    pub fn user(&self, expires: Option<u64>) -> User {
        self.user_with(&json!({ "pub": {}, "sub": {} }), expires)
    }

    /// A new user with these permissions, in the JWT's words.
    pub fn user_allowed(&self, permissions: &Value) -> User {
        self.user_with(permissions, None)
    }

    fn user_with(&self, permissions: &Value, expires: Option<u64>) -> User {
        let key = KeyPair::new_user();
        let mut rules = permissions.clone();
        for limit in ["subs", "data", "payload"] {
            rules[limit] = json!(-1);
        }
        let jwt = sign_until(&self.account, &key, "user", rules, expires);
        let seed = key.seed().expect("a key made here has its seed");
        User { jwt, seed }
    }

    /// A login for [`crate::support::Admin::connect_with`].
    pub fn login(&self) -> ConnectOptions {
        ConnectOptions::with_credentials(&self.credentials()).expect("credentials made here")
    }

    /// `storage` is the account's JetStream limit: -1 unlimited, 0 none at all.
    fn account_jwt(&self, account: &KeyPair, storage: i64, tiers: &Value) -> String {
        let limits = json!({
            "tiered_limits": tiers,
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1,
            "leaf": -1, "mem_storage": storage, "disk_storage": storage, "streams": storage, "consumer": storage,
        });
        sign(
            &self.operator,
            account,
            "account",
            json!({ "limits": limits, "revocations": self.revocations }),
        )
    }
}

/// How a user of an operator's account proves himself.
pub struct User {
    pub jwt: String,
    pub seed: String,
}

impl User {
    /// The content of a credentials file.
    pub fn credentials(&self) -> String {
        let User { jwt, seed } = self;
        format!(
            "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        )
    }
}

/// A NATS JWT of version 2: `claims` about `subject`, signed by `issuer`.
fn sign(issuer: &KeyPair, subject: &KeyPair, kind: &str, claims: Value) -> String {
    sign_until(issuer, subject, kind, claims, None)
}

fn sign_until(
    issuer: &KeyPair,
    subject: &KeyPair,
    kind: &str,
    mut claims: Value,
    expires: Option<u64>,
) -> String {
    claims["type"] = json!(kind);
    claims["version"] = json!(2);
    let header = json!({ "typ": "JWT", "alg": "ed25519-nkey" });
    let mut body = json!({
        "jti": subject.public_key(), "iat": ISSUED, "iss": issuer.public_key(), "name": kind,
        "sub": subject.public_key(), "nats": claims,
    });
    if let Some(expires) = expires {
        body["exp"] = json!(expires);
    }
    let text = format!(
        "{}.{}",
        encode(header.to_string()),
        encode(body.to_string())
    );
    let signature = issuer.sign(text.as_bytes()).expect("a signature");
    format!("{text}.{}", encode(signature))
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
