//! master_bus
