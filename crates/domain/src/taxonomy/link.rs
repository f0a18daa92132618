use super::vocabulary;

vocabulary! {
    /// A position in the polyurethane value chain.
    ValueChainLink, "value-chain link" {
        RawMaterials = "raw_materials", "Raw materials";
        SystemHouses = "system_houses", "System houses";
        FoamConverters = "foam_converters", "Foam converters";
        EndUse = "end_use", "End use";
    }
}
