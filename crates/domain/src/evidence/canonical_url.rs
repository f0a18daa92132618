use url::Url;

/// Why an address cannot be used for evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    #[error("“{0}” is not a web address")]
    NotAnAddress(String),
    #[error("addresses of evidence begin with http or https, not with {0}")]
    Scheme(String),
    #[error("an address of evidence holds no user name and no password")]
    Credentials,
}

/// The key that makes two addresses of one page equal: https whether http or
/// not, host in lower case without `www.`, no default port, no fragment, no
/// tracking parameters, the other parameters sorted, no slash at the end. The
/// path keeps its case.
///
/// It is a key and not an address to fetch or show; readers get the original.
pub fn canonical_url(text: &str) -> Result<String, UrlError> {
    let unusable = || UrlError::NotAnAddress(text.chars().take(200).collect());
    let address = Url::parse(text).map_err(|_| unusable())?;
    if !matches!(address.scheme(), "http" | "https") {
        return Err(UrlError::Scheme(address.scheme().to_owned()));
    }
    if !address.username().is_empty() || address.password().is_some() {
        return Err(UrlError::Credentials);
    }
    let host = without_www(address.host_str().ok_or_else(unusable)?.trim_end_matches('.'));
    if host.is_empty() {
        return Err(unusable());
    }
    // `port` is none where it is the scheme's own.
    let port = address.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = address.path().trim_end_matches('/');
    let query = telling_parameters(address.query().unwrap_or_default());
    Ok(format!("https://{host}{port}{path}{query}"))
}

/// `www.example.com` is `example.com`, but `www.com` is a host of its own.
fn without_www(host: &str) -> &str {
    let mut host = host;
    while let Some(rest) = host.strip_prefix("www.").filter(|rest| rest.contains('.')) {
        host = rest;
    }
    host
}

/// The parameters that choose the page, sorted, with their question mark.
fn telling_parameters(query: &str) -> String {
    let mut parameters: Vec<&str> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty() && !is_tracking(parameter))
        .collect();
    parameters.sort_unstable();
    if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) }
}

fn is_tracking(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("utm_") || matches!(name.as_str(), "fbclid" | "gclid" | "rcm")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::EvidenceId;
    use proptest::prelude::*;

    fn check(address: &str, expected: &str) {
        assert_eq!(canonical_url(address).as_deref(), Ok(expected), "{address}");
    }

    // Rules of the domain reference, section 6.3, one case each.
    #[test]
    fn addresses_of_one_page_have_one_key() {
        check("HTTPS://News.Example.COM/a", "https://news.example.com/a");
        check("http://example.com:80/a", "https://example.com/a");
        check("https://example.com:443/a", "https://example.com/a");
        check("https://www.example.com/a", "https://example.com/a");
        check("https://example.com/a#part", "https://example.com/a");
        check(
            "https://example.com/a?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2&rcm=3",
            "https://example.com/a",
        );
        check("https://example.com/a/", "https://example.com/a");
        check("https://example.com/", "https://example.com");
        check("https://example.com/a?b=2&a=1&utm_campaign=z", "https://example.com/a?a=1&b=2");
        check("  https://example.com/a\n", "https://example.com/a");
    }

    #[test]
    fn what_tells_pages_apart_stays() {
        check("https://example.com/Capacity", "https://example.com/Capacity");
        check("https://example.com:8443/a", "https://example.com:8443/a");
        check("https://example.com/a?id=7", "https://example.com/a?id=7");
        check("https://www.com/a", "https://www.com/a");
        check("https://example.com/a?rcmx=1", "https://example.com/a?rcmx=1");
    }

    #[test]
    fn http_and_https_name_the_same_evidence() {
        let id = |address| EvidenceId::of_canonical_url(&canonical_url(address).unwrap());
        assert_eq!(id("http://www.example.com/a/"), id("https://example.com/a"));
        assert_ne!(id("https://example.com/a"), id("https://example.com/A"));
    }

    #[test]
    fn only_web_addresses_without_credentials_are_evidence() {
        for (address, expected) in [
            ("javascript:alert(1)", UrlError::Scheme("javascript".to_owned())),
            ("data:text/html,x", UrlError::Scheme("data".to_owned())),
            ("ftp://example.com/a", UrlError::Scheme("ftp".to_owned())),
            ("/relative/path", UrlError::NotAnAddress("/relative/path".to_owned())),
            ("", UrlError::NotAnAddress(String::new())),
            ("https://user:secret@example.com/", UrlError::Credentials),
        ] {
            assert_eq!(canonical_url(address), Err(expected), "{address}");
        }
        assert!(canonical_url("https://").is_err());
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(
            host in "(www\\.){0,2}[a-z]{1,8}\\.(com|org)", path in "(/[A-Za-z0-9._/-]{0,6}){0,3}",
            query in "([a-c]=[0-9]?&?|utm_x=1&){0,4}",
        ) {
            let key = canonical_url(&format!("http://{host}{path}?{query}#f")).unwrap();
            prop_assert_eq!(canonical_url(&key), Ok(key));
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = canonical_url(&text);
        }
    }
}
