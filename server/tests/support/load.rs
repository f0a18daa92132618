//! What many clients at once need: specifications by the thousand, and clients that
//! outlive the servers that they talk to.

use super::{Person, Process, World};
use std::{net::TcpListener, process::Command};

impl World {
    /// Active copies of an active specification, each with a name of its own; their ids.
    pub fn copies(&self, of: &str, count: usize) -> Vec<String> {
        self.sql(&format!(
            "create table copies as
                 select gen_random_uuid() as id, gen_random_uuid() as version, n from generate_series(1, {count}) n;
             insert into specifications (id, workspace_id, name, draft, draft_saved_by)
                 select c.id, s.workspace_id, s.name || ' ' || n, s.draft, s.draft_saved_by
                 from copies c, specifications s where s.id = '{of}';
             insert into specification_versions
                     (id, workspace_id, specification_id, number, document, quote, author)
                 select c.version, v.workspace_id, c.id, v.number,
                     jsonb_set(v.document, '{{name}}', to_jsonb((v.document ->> 'name') || ' ' || n)), v.quote, v.author
                 from copies c, specification_versions v
                 join specifications s on s.active_version_id = v.id where s.id = '{of}';
             update specifications s set state = 'active', active_version_id = c.version
                 from copies c where s.id = c.id"
        ));
        let ids = self.value("select string_agg(id::text, ' ' order by n) from copies");
        self.sql("drop table copies");
        ids.split(' ').map(str::to_owned).collect()
    }

    /// A server at an address of its own choice, so that it comes back to the same one.
    pub fn serve_at(&self, address: &str, environment: &[(&str, &str)]) -> Process {
        let mut command: Command =
            self.command(&["serve", "--plain-http", "loopback", "--without-worker"]);
        command.env("BIND_ADDRESS", address).envs(environment.iter().copied());
        Process::start(command, "serving")
    }
}

/// An address on this machine that nothing listens on right now.
pub fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// What came back to a form that was sent to a server which may be dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// Sent on to this address.
    Onward(String),
    /// A refusal that says when to come back.
    Later(u16),
    /// Another status.
    Status(u16),
    /// No answer: whether it was done is not known.
    Nothing,
}

impl Person {
    pub fn send(&self, action: &str, fields: &[(&str, &str)]) -> Came {
        let sent = self
            .agent
            .post(format!("{}/action/{action}", self.base))
            .header("accept", "text/html")
            .header("origin", &self.base)
            .send_form(fields.iter().copied());
        let Ok(mut response) = sent else { return Came::Nothing };
        let header =
            |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let came = match (header("location"), header("retry-after"), response.status().as_u16()) {
            (Some(onward), _, _) => Came::Onward(onward),
            (None, Some(_), status @ (429 | 503)) => Came::Later(status),
            (None, _, status) => Came::Status(status),
        };
        // Read to its end, so that the connection serves again.
        let _ = response.body_mut().read_to_string();
        came
    }

    /// The status of a page, unless the server died.
    pub fn look(&self, path: &str) -> Option<u16> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("accept", "text/html");
        let mut response = request.call().ok()?;
        let _ = response.body_mut().read_to_string();
        Some(response.status().as_u16())
    }
}
