use super::use_cases;
use crate::config::{DatabaseOptions, FileOptions};
use clap::Args;
use domain::workspace::Role;
use orchestrator::identity::{NewAccount, generate_password};
use std::error::Error;

#[derive(Args)]
pub struct NewPerson {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// Make the person an administrator of the platform.
    #[arg(long)]
    admin: bool,
    /// Name of the workspace to join; made if there is none of this name.
    #[arg(long, requires = "role")]
    workspace: Option<String>,
    /// viewer, editor or owner.
    #[arg(long, requires = "workspace")]
    role: Option<String>,
    /// IANA zone of a workspace that is made.
    #[arg(long, default_value = "Europe/Berlin")]
    time_zone: String,
    /// Read the password from standard input instead of generating one.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    files: FileOptions,
}

pub async fn add(database: &DatabaseOptions, person: NewPerson) -> Result<(), Box<dyn Error>> {
    let use_cases = use_cases(database, &person.files).await?;
    let role: Option<Role> = person.role.as_deref().map(str::parse).transpose()?;
    let joins = match person.workspace.as_deref().zip(role) {
        None => None,
        Some((name, role)) => {
            let workspace = match use_cases.find_workspace(name).await? {
                Some(workspace) => workspace,
                None => use_cases.add_workspace(name, &person.time_zone).await?,
            };
            Some((workspace, role))
        }
    };
    let password = if person.password_stdin {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        generate_password()
    };
    let account = NewAccount {
        email: &person.email,
        name: &person.name,
        password: password.clone(),
        is_admin: person.admin,
        joins,
    };
    use_cases.add_account(account).await?;
    if person.password_stdin {
        println!("{} can sign in.", person.email);
    } else {
        println!("{}  {password}", person.email);
    }
    Ok(())
}
