//! Signing in, staying signed in, changing the password.

mod account;
mod password;
mod sign_in;

pub use account::{NewAccount, PasswordProblem};
pub use password::{PasswordKeeper, generate_password};
pub use sign_in::{SignInRefused, SignedIn};
