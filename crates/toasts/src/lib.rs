//! toasts
