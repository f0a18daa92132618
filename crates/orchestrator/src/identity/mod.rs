//! Signing in, staying signed in, changing the password; and programs that act
//! for a member.

mod account;
mod api_token;
pub mod jwt;
mod password;
mod sign_in;

pub use account::{NewAccount, PasswordProblem};
pub use api_token::{Bearer, CreatedToken, TOKEN_DAYS_MAX, TokenRequest};
pub use password::{PasswordKeeper, generate_password};
pub use sign_in::{SignInRefused, SignedIn};
