import Tallystick
import Testing

@Test func anAmountIsReadByTheCore() async throws {
    #expect(try await readAmount(text: "10.50", decimals: 2) == "1050")
}

@Test func whatIsWrongComesBackAsATypedErrorThatReadsWell() async throws {
    do {
        _ = try await readAmount(text: "ten", decimals: 2)
        Issue.record("`ten` was taken for an amount")
    } catch let error as WalletError {
        guard case .InvalidInput(let field, let rule, let reason) = error else { throw error }
        #expect(field == "amount")
        #expect(rule == "amount_not_a_number")
        #expect(error.localizedDescription == "amount: \(reason)")
    }
}
