use super::vocabulary;

vocabulary! {
    /// The part of the polyurethane market that a signal concerns.
    Segment, "segment" {
        FlexibleFoam = "flexible_foam", "Flexible foam";
        RigidFoam = "rigid_foam", "Rigid foam";
        Tpu = "tpu", "TPU";
        Case = "case", "CASE";
        Elastomers = "elastomers", "Elastomers";
        RawMaterials = "raw_materials", "Raw materials";
        Mixed = "mixed", "Several segments";
        Unknown = "unknown", "Not known";
    }
}
