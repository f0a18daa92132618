use crate::taxonomy::vocabulary;

vocabulary! {
    /// What a transaction is to a portfolio.
    TransactionKind, "kind of transaction" {
        Dividend = "dividend", "Dividend";
        Interest = "interest", "Interest";
        Split = "split", "Split";
        Buy = "buy", "Purchase";
        Sell = "sell", "Sale";
        Deposit = "deposit", "Deposit";
        Withdrawal = "withdrawal", "Withdrawal";
        /// Money of one currency for that of another.
        Fx = "fx", "Exchange";
        Fee = "fee", "Fee";
        Tax = "tax", "Tax";
        /// No account of a portfolio takes part.
        Other = "other", "Other";
    }
}
