//! What the centre is measured beside: nginx with nchan, and `ws` on Node.js. Both pass on what is
//! posted and keep nothing.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::program::{Program, free_address};
use crate::publisher::Post;
use crate::socket::Door;

/// Handles of a server, as many as this machine lets a process have.
const HANDLES: u32 = 20_000;

/// A peer that runs.
pub(crate) struct Peer {
    pub(crate) program: Program,
    _folder: TempDir,
}

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `nginx` with `libnginx-mod-nchan`, one worker.
    Nchan,
    /// `ws` in `node`.
    Ws,
}

impl Peer {
    /// Starts one; `packages` is where npm has put `ws`.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub(crate) async fn start(kind: Kind, packages: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = free_address()?;
        let mut command = match kind {
            Kind::Nchan => {
                let file = folder.path().join("nginx.conf");
                fs::write(&file, configuration(folder.path(), address.port()))?;
                let mut command = Command::new("/usr/sbin/nginx");
                command.arg("-c").arg(file).arg("-p").arg(folder.path());
                command
            }
            Kind::Ws => {
                let mut command = Command::new("node");
                command
                    .arg(packages.join("server.mjs"))
                    .arg(address.port().to_string());
                command
            }
        };
        let log = folder.path().join("log");
        Ok(Self {
            program: Program::start(&mut command, address, &log).await?,
            _folder: folder,
        })
    }

    /// Where listeners of a channel get in.
    pub(crate) fn door(&self, channel: usize) -> Door {
        Door {
            address: self.program.address,
            path: format!("/sub/c{channel}"),
            headers: String::new(),
        }
    }

    /// The request that tells a channel something.
    pub(crate) fn post(&self, channel: usize, text: &str) -> Post {
        Post {
            path: format!("/pub/c{channel}"),
            headers: "Content-Type: application/json\r\n".to_owned(),
            body: text.to_owned(),
        }
    }
}

impl Kind {
    /// What it calls itself, with its version.
    ///
    /// # Errors
    /// When it is not installed.
    pub(crate) fn version(self, packages: &Path) -> Result<String> {
        match self {
            Self::Nchan => {
                let ask = [
                    "-W",
                    "-f=${Package} ${Version}, ",
                    "nginx-core",
                    "nginx",
                    "libnginx-mod-nchan",
                ];
                let output = Command::new("dpkg-query").args(ask).output()?;
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                Ok(text.trim_end_matches(", ").to_owned())
            }
            Self::Ws => {
                let text = fs::read(packages.join("node_modules/ws/package.json"));
                let text = text.context("ws is not installed")?;
                let package: serde_json::Value = serde_json::from_slice(&text)?;
                let node = Command::new("node").arg("--version").output()?;
                Ok(format!(
                    "ws {} on Node.js {}",
                    package["version"].as_str().unwrap_or("?"),
                    String::from_utf8_lossy(&node.stdout).trim()
                ))
            }
        }
    }
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    let own = match rustix::process::geteuid().is_root() {
        true => "user root;",
        false => "",
    };
    format!(
        "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
{own}
daemon off;
worker_processes 1;
worker_rlimit_nofile {HANDLES};
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections {connections}; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location ~ ^/pub/(.+)$ {{
      nchan_publisher;
      nchan_channel_id $1;
      nchan_store_messages off;
    }}
    location ~ ^/sub/(.+)$ {{
      nchan_subscriber websocket;
      nchan_channel_id $1;
    }}
  }}
}}
",
        connections = HANDLES - 500,
    )
}
