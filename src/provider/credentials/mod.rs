//! What a login and TLS are made of: parts that are given as content or as a file, and which of them belong together.
//!
//! Each part has a check that takes it as people have it (a file with comments, a missing last line end) and gives it as
//! the client wants it, so that everything after it holds what was checked.

mod keys;
pub mod pem;

use crate::jetstream::Auth;

/// A text that one argument gives as content, and perhaps another as the path of a file.
pub struct CredentialPart {
    /// What it is, after "the".
    pub what: &'static str,
    /// The argument that has it as content.
    pub content: &'static str,
    /// The argument that has the path of a file with it.
    pub file: Option<&'static str>,
    /// Whether it is a secret.
    pub private: bool,
    /// What the client gets of it, or what is wrong with it, as a sentence that does not repeat it.
    pub check: fn(&str) -> Result<String, String>,
}

impl CredentialPart {
    /// "is" or "are", after what it is.
    pub fn is(&self) -> &'static str {
        match self.what {
            "credentials" => "are",
            _ => "is",
        }
    }

    /// The arguments that give it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.content).chain(self.file)
    }
}

fn as_it_is(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

/// The name of a user.
pub const USER: CredentialPart = CredentialPart {
    what: "user",
    content: "user",
    file: None,
    private: false,
    check: as_it_is,
};
/// The password of a user.
pub const PASSWORD: CredentialPart = CredentialPart {
    what: "password",
    content: "password",
    file: None,
    private: true,
    check: as_it_is,
};
const TOKEN: CredentialPart = CredentialPart {
    what: "token",
    content: "token",
    file: None,
    private: true,
    check: as_it_is,
};
/// A user's JWT and the seed of its nkey.
pub const CREDENTIALS: CredentialPart = CredentialPart {
    what: "credentials",
    content: "credentials",
    file: Some("credentials_file"),
    private: true,
    check: keys::credentials,
};
/// The seed of a user's nkey.
pub const NKEY: CredentialPart = CredentialPart {
    what: "nkey",
    content: "nkey",
    file: Some("nkey_file"),
    private: true,
    check: keys::seed,
};
/// A user's JWT.
pub const JWT: CredentialPart = CredentialPart {
    what: "JWT",
    content: "jwt",
    file: Some("jwt_file"),
    private: false,
    check: keys::jwt,
};
/// The seed of the nkey that a JWT is about.
pub const SEED: CredentialPart = CredentialPart {
    what: "seed",
    content: "seed",
    file: Some("seed_file"),
    private: true,
    check: keys::seed,
};
/// Certificates of authorities.
pub const CA: CredentialPart = CredentialPart {
    what: "CA certificate",
    content: "tls_ca",
    file: Some("tls_ca_file"),
    private: false,
    check: pem::certificates,
};
/// The client's certificate.
pub const CERTIFICATE: CredentialPart = CredentialPart {
    what: "client certificate",
    content: "tls_certificate",
    file: Some("tls_certificate_file"),
    private: false,
    check: pem::certificates,
};
/// The private key of the client's certificate.
pub const KEY: CredentialPart = CredentialPart {
    what: "private key",
    content: "tls_key",
    file: Some("tls_key_file"),
    private: true,
    check: pem::private_key,
};

/// Every part.
pub const ALL: [&CredentialPart; 10] = [
    &USER,
    &PASSWORD,
    &TOKEN,
    &CREDENTIALS,
    &NKEY,
    &JWT,
    &SEED,
    &CA,
    &CERTIFICATE,
    &KEY,
];

/// Parts of a login of which neither is of use without the other.
pub const LOGIN_PAIRS: [(&CredentialPart, &CredentialPart); 2] =
    [(&USER, &PASSWORD), (&JWT, &SEED)];

/// Parts of TLS of which neither is of use without the other.
pub const TLS_PAIR: (&CredentialPart, &CredentialPart) = (&CERTIFICATE, &KEY);

/// A way to authenticate.
pub struct Method {
    /// What it takes, all of it.
    pub parts: &'static [&'static CredentialPart],
    /// Makes it from as many checked texts. The error says how they do not fit together.
    pub make: fn(&[String]) -> Result<Auth, String>,
}

/// Every way to authenticate.
pub const METHODS: &[Method] = &[
    Method {
        parts: &[&USER, &PASSWORD],
        make: |texts| {
            Ok(Auth::UserPassword {
                user: text(texts, 0),
                password: text(texts, 1),
            })
        },
    },
    Method {
        parts: &[&TOKEN],
        make: |texts| Ok(Auth::Token(text(texts, 0))),
    },
    Method {
        parts: &[&CREDENTIALS],
        make: |texts| Ok(Auth::Credentials(text(texts, 0))),
    },
    Method {
        parts: &[&NKEY],
        make: |texts| Ok(Auth::NKey(text(texts, 0))),
    },
    Method {
        parts: &[&JWT, &SEED],
        make: |texts| {
            let (jwt, seed) = (text(texts, 0), text(texts, 1));
            keys::belong_together(&jwt, &seed)?;
            Ok(Auth::Jwt { jwt, seed })
        },
    },
];

fn text(texts: &[String], index: usize) -> String {
    texts.get(index).cloned().unwrap_or_default()
}
