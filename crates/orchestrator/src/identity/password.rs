use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use std::{sync::Arc, thread::available_parallelism};
use tokio::sync::Semaphore;

/// Memory per hash in KiB; with two passes above the OWASP floor of 19 MiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed: {0}")]
pub struct HashingFailed(String);

/// Hashes and verifies passwords with argon2id, away from the threads that
/// serve requests, and never more at a time than the machine has cores: a rush
/// of sign-ins waits instead of taking all memory.
#[derive(Debug)]
pub struct PasswordKeeper {
    permits: Arc<Semaphore>,
    /// Verified against when no such user exists, so that both take as long.
    decoy: String,
}

impl PasswordKeeper {
    /// # Errors
    /// When the parameters are refused, which is a fault of this build.
    pub fn new() -> Result<Self, HashingFailed> {
        let parallel = available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Self { permits: Arc::new(Semaphore::new(parallel)), decoy: hash(&generate_password())? })
    }

    /// # Errors
    /// When the machine has no memory left for the hash.
    pub async fn hash(&self, password: String) -> Result<String, HashingFailed> {
        self.off_thread(move || hash(&password)).await?
    }

    /// Whether `password` is the one of `stored`. Without a stored hash the
    /// answer is no, after the same work.
    ///
    /// # Errors
    /// When the machine has no memory left for the hash.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, HashingFailed> {
        let known = stored.is_some();
        let reference = stored.unwrap_or_else(|| self.decoy.clone());
        self.off_thread(move || Ok(verify(&password, &reference)? && known)).await?
    }

    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingFailed> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| HashingFailed(error.to_string()))?;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|error| HashingFailed(error.to_string()))
    }
}

fn hasher() -> Result<Argon2<'static>, HashingFailed> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| HashingFailed(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str) -> Result<String, HashingFailed> {
    hasher()?
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| HashingFailed(error.to_string()))
}

fn verify(password: &str, stored: &str) -> Result<bool, HashingFailed> {
    let stored = PasswordHash::new(stored).map_err(|error| HashingFailed(error.to_string()))?;
    Ok(hasher()?.verify_password(password.as_bytes(), &stored).is_ok())
}

/// A password nobody chose: 20 characters without look-alikes, 115 bits.
pub fn generate_password() -> String {
    const ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    const LENGTH: usize = 20;
    use rand::RngExt;
    let mut rng = rand::rng();
    (0..LENGTH).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_verifies_against_its_own_hash_only() {
        let keeper = PasswordKeeper::new().unwrap();
        let stored = keeper.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(keeper.verify("correct horse".into(), Some(stored.clone())).await.unwrap());
        assert!(!keeper.verify("wrong horse".into(), Some(stored)).await.unwrap());
        assert!(!keeper.verify("correct horse".into(), None).await.unwrap());
    }

    #[test]
    fn generated_passwords_differ_and_hold_no_look_alikes() {
        let (one, two) = (generate_password(), generate_password());
        assert_ne!(one, two);
        assert_eq!(one.len(), 20);
        assert!(!one.contains(['0', 'O', '1', 'l', 'I']));
    }
}
