//! People who can sign in.

use crate::StorageError;
use domain::{
    id::{UserId, WorkspaceId},
    workspace::Role,
};
use sqlx::PgConnection;

/// What a sign-in is checked against.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub user: UserId,
    pub password_hash: String,
    pub password_epoch: i32,
}

pub async fn load_credentials(
    conn: &mut PgConnection,
    email: &str,
) -> Result<Option<Credentials>, StorageError> {
    Ok(sqlx::query_as!(
        Credentials,
        r#"select
               id as "user: UserId",
               password_hash,
               password_epoch
           from users
           where email = lower($1)"#,
        email
    )
    .fetch_optional(conn)
    .await?)
}

pub async fn load_credentials_of(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<Credentials>, StorageError> {
    Ok(sqlx::query_as!(
        Credentials,
        r#"select
               id as "user: UserId",
               password_hash,
               password_epoch
           from users
           where id = $1"#,
        user.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// A person, without anything secret.
#[derive(Clone, Debug)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub is_admin: bool,
    pub password_epoch: i32,
}

pub async fn load(conn: &mut PgConnection, user: UserId) -> Result<Option<User>, StorageError> {
    Ok(sqlx::query_as!(
        User,
        r#"select
               id as "id: UserId",
               email,
               name,
               is_admin,
               password_epoch
           from users
           where id = $1"#,
        user.as_uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// A workspace that a user belongs to.
#[derive(Clone, Debug)]
pub struct Membership {
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub time_zone: String,
    pub role: Role,
}

/// By name; needs a transaction of [`crate::tenancy::begin_member`].
pub async fn load_memberships(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<Membership>, StorageError> {
    Ok(sqlx::query_as!(
        Membership,
        r#"select
               w.id as "workspace: WorkspaceId",
               w.name as workspace_name,
               w.time_zone,
               m.role as "role: Role"
           from memberships m
           join workspaces w on w.id = m.workspace_id
           where m.user_id = $1
           order by lower(w.name), w.id"#,
        user.as_uuid()
    )
    .fetch_all(conn)
    .await?)
}

pub struct NewUser<'a> {
    pub id: UserId,
    pub email: &'a str,
    pub name: &'a str,
    pub password_hash: &'a str,
    pub is_admin: bool,
}

/// Refused by `users_email_key` when the address is taken.
pub async fn insert(conn: &mut PgConnection, user: &NewUser<'_>) -> Result<(), StorageError> {
    sqlx::query!(
        "insert into users (id, email, name, password_hash, is_admin) values ($1, lower($2), $3, $4, $5)",
        user.id.as_uuid(),
        user.email,
        user.name,
        user.password_hash,
        user.is_admin
    )
    .execute(conn)
    .await
    .map_err(StorageError::from_write)?;
    Ok(())
}

/// Ends every session of an earlier epoch. Gives the new epoch.
pub async fn update_password(
    conn: &mut PgConnection,
    user: UserId,
    password_hash: &str,
) -> Result<i32, StorageError> {
    Ok(sqlx::query_scalar!(
        "update users set password_hash = $2, password_epoch = password_epoch + 1
         where id = $1
         returning password_epoch",
        user.as_uuid(),
        password_hash
    )
    .fetch_one(conn)
    .await?)
}
