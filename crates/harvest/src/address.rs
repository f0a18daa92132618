//! Which addresses may be fetched: public ones, on the ports of the web.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{net::lookup_host, time::timeout};
use url::{Host, Url};

/// Longer than any resolver that answers at all.
const LOOKUP_MAX: Duration = Duration::from_secs(5);

/// `host:port` pairs that may be private, for development and tests.
pub type PrivateHosts = BTreeSet<String>;

/// Why an address is not fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("it is no address of http or https")]
    NotWeb,
    #[error("it holds a user name or a password")]
    Credentials,
    #[error("port {0} is no port of the web")]
    Port(u16),
    #[error("the host {0} is not known")]
    UnknownHost(String),
    #[error("the host {0} is not on the public internet")]
    NotPublic(String),
}

/// An address whose host was looked up and found public; the connection goes to what
/// was checked, and to nothing that a second look-up might give.
#[derive(Clone, Debug)]
pub struct CheckedAddress {
    pub url: Url,
    pub host: String,
    pub addresses: Vec<SocketAddr>,
}

/// Checks one address, and looks its host up.
///
/// # Errors
/// [`AddressError`]. One address of a host that is not public refuses the host: which of
/// them a client would take is not ours to hope for.
pub async fn check(url: Url, private: &PrivateHosts) -> Result<CheckedAddress, AddressError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::NotWeb);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::Credentials);
    }
    let host = url.host_str().ok_or(AddressError::NotWeb)?.to_owned();
    let port = url.port_or_known_default().ok_or(AddressError::NotWeb)?;
    let allowed = private.contains(&format!("{host}:{port}"));
    if !allowed && !matches!(port, 80 | 443) {
        return Err(AddressError::Port(port));
    }
    let addresses = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::from((address, port))],
        Some(Host::Ipv6(address)) => vec![SocketAddr::from((address, port))],
        _ => resolve(&host, port).await?,
    };
    if !allowed && !addresses.iter().all(|address| is_public(address.ip())) {
        return Err(AddressError::NotPublic(host));
    }
    Ok(CheckedAddress { url, host, addresses })
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, AddressError> {
    let unknown = || AddressError::UnknownHost(host.to_owned());
    let found = timeout(LOOKUP_MAX, lookup_host((host, port))).await;
    let addresses: Vec<_> = found.map_err(|_| unknown())?.map_err(|_| unknown())?.collect();
    if addresses.is_empty() { Err(unknown()) } else { Ok(addresses) }
}

/// Whether an address is somebody's on the public internet: not private, loopback,
/// link-local (where clouds keep their metadata), shared, reserved or for documentation;
/// nor one of these inside an IPv6 address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let low = Ipv4Addr::from_bits((u32::from(segments[6]) << 16) | u32::from(segments[7]));
    match segments {
        // Mapped, NAT64 and 6to4 carry an IPv4 address.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => is_public_v4(low),
        [0x2002, high, next, ..] => {
            is_public_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(next)))
        }
        // Teredo, ORCHID, benchmarks, documentation.
        [0x2001, 0..0x200 | 0x0db8, ..] | [0x3fff, ..] => false,
        // Global unicast is 2000::/3; all else is unspecified, loopback, local, multicast or
        // reserved.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // IANA's special-purpose address registries, one case of each entry that could name a
    // machine of ours.
    #[test]
    fn addresses_that_are_not_public_are_known() {
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "fec0::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_the_public_internet_are_known() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "172.15.0.1",
            "172.32.0.1",
            "100.128.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    async fn refusal(url: &str) -> AddressError {
        check(Url::parse(url).unwrap(), &PrivateHosts::new()).await.unwrap_err()
    }

    #[tokio::test]
    async fn only_public_addresses_of_the_web_pass() {
        assert_eq!(refusal("ftp://1.1.1.1/").await, AddressError::NotWeb);
        assert_eq!(refusal("http://u:p@1.1.1.1/").await, AddressError::Credentials);
        assert_eq!(refusal("http://1.1.1.1:22/").await, AddressError::Port(22));
        // Every spelling of one address, as the WHATWG's URL standard reads it.
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://localhost/",
            "http://169.254.169.254/latest/meta-data/",
        ] {
            assert!(matches!(refusal(url).await, AddressError::NotPublic(_)), "{url}");
        }
        let private = PrivateHosts::from(["127.0.0.1:8123".to_owned()]);
        let url = |text| Url::parse(text).unwrap();
        assert!(check(url("http://127.0.0.1:8123/"), &private).await.is_ok());
        assert!(check(url("http://127.0.0.1:8124/"), &private).await.is_err());
    }
}
