//! A database with the two logins that Observatory knows.

use std::env;

use anyhow::Result;

use crate::postgres::Cluster;
use private_postgres::secret;

const OWNER: &str = "observatory_owner";
const SERVER: &str = "observatory_server";

/// Addresses with passwords in them: hand them on by environment only.
pub struct Database {
    /// Owns the database and migrates it.
    pub owner_url: String,
    /// Owns nothing; takes the role `observatory_app` on each connection.
    pub server_url: String,
}

impl Database {
    /// What the environment names, if it names one: then nothing private is started.
    pub fn from_environment() -> Option<Self> {
        let server_url = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())?;
        let owner_url = env::var("DATABASE_OWNER_URL").ok().filter(|url| !url.is_empty());
        Some(Self { owner_url: owner_url.unwrap_or_else(|| server_url.clone()), server_url })
    }

    /// Creates what is missing of database and logins. Passwords are made anew at each start
    /// and stored nowhere.
    pub fn ensure(cluster: &Cluster, name: &str) -> Result<Self> {
        let (owner_password, server_password) = (secret::password()?, secret::password()?);
        cluster.sql("postgres", &ensure_script(name, &owner_password, &server_password))?;
        Ok(Self {
            owner_url: cluster.url(OWNER, &owner_password, name),
            server_url: cluster.url(SERVER, &server_password, name),
        })
    }

    /// Lets the server's login become the role that the first migration creates.
    pub fn admit_server(cluster: &Cluster) -> Result<()> {
        cluster.sql("postgres", &format!("grant observatory_app to {SERVER};")).map(drop)
    }
}

/// `\gexec` runs each row of a result as a statement: SQL has no `create role if not exists`.
/// Roles of a cluster are shared: where another database's migrations made them, the owner of
/// this one still has to be let in.
fn ensure_script(database: &str, owner_password: &str, server_password: &str) -> String {
    format!(
        r"
        select format('create role %I', login) from unnest(array['{OWNER}', '{SERVER}']) as login
        where not exists (select from pg_roles where rolname = login) \gexec
        alter role {OWNER} login createrole password '{owner_password}';
        alter role {SERVER} login password '{server_password}';
        select format('grant %I to {OWNER} with admin option', rolname) from pg_roles
        where rolname in ('observatory_app', 'observatory_verifier') \gexec
        select 'create database {database} owner {OWNER}'
        where not exists (select from pg_database where datname = '{database}') \gexec
        "
    )
}
