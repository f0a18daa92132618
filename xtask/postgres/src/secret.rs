//! Passwords that live as long as a process, or until the next start.

use std::fs::File;
use std::io::Read;

use anyhow::{Context, Result};

/// 32 hexadecimal digits, 128 random bits: needs no quoting in SQL, URL or shell.
pub fn password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("no random bytes from /dev/urandom")?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_passwords_differ_and_need_no_quoting() {
        let (one, other) = (super::password().unwrap(), super::password().unwrap());
        assert_ne!(one, other);
        assert!(one.len() == 32 && one.chars().all(|c| c.is_ascii_hexdigit()), "{one}");
    }
}
