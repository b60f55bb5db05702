//! How to authenticate.

use std::fmt;

/// How to authenticate. `Debug` shows the method, never the secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// Nothing, or what the server addresses carry.
    None,
    /// A user and a password.
    UserPassword {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
    /// The content of a `.creds` file: a user's JWT and its seed.
    Credentials(String),
    /// The seed of a user's nkey (`SU...`).
    NKey(String),
    /// A user's JWT, and the seed of its nkey.
    Jwt {
        /// The JWT.
        jwt: String,
        /// The seed (`SU...`).
        seed: String,
    },
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Auth::None => "None",
            Auth::UserPassword { .. } => "UserPassword(..)",
            Auth::Token(_) => "Token(..)",
            Auth::Credentials(_) => "Credentials(..)",
            Auth::NKey(_) => "NKey(..)",
            Auth::Jwt { .. } => "Jwt(..)",
        })
    }
}
