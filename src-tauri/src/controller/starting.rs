//! Dealbell started while it runs: by the user, or by a link.

use super::Controller;
use crate::cli::Cli;

impl Controller {
    /// Shows the window, and the account that is named.
    pub(super) async fn second_start(&mut self, arguments: &[String]) {
        let cli = Cli::from_second_start(arguments);
        if !self.open_named_line(&cli).await {
            self.open_known_lines().await;
        }
        self.window.show(self.first_page());
    }
}
