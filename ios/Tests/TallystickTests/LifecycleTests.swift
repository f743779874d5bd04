import Foundation
import Synchronization
import Tallystick
import Testing

/// A wallet that notes what is asked of it.
private final class NotingWallet: Wallet, @unchecked Sendable {
    private let notes = Mutex<[String]>([])
    private let failing: Mutex<Int>

    init(failing: Int = 0) {
        self.failing = Mutex(failing)
        super.init(noHandle: NoHandle())
    }

    required init(unsafeFromHandle handle: UInt64) { fatalError("it has no handle") }

    var asked: [String] { notes.withLock { $0 } }

    override func pause() async throws { try note("pause") }

    override func resume() async throws { try note("resume") }

    private func note(_ word: String) throws {
        notes.withLock { $0.append(word) }
        let fails = failing.withLock { left in
            left -= 1
            return left >= 0
        }
        if fails { throw WalletError.Storage(fault: "disk_full", reason: "") }
    }
}

private final class Flag: Sendable {
    let isRaised = Atomic(false)
}

@Suite(.timeLimit(.minutes(30)))
struct LifecycleTests {
    @Test func theWalletFollowsTheApp() async {
        let wallet = NotingWallet()
        let lifecycle = WalletLifecycle(wallet)
        for place: WalletLifecycle.Place in [.front, .background, .background, .front, .front, .background] {
            await lifecycle.move(to: place)
        }
        #expect(wallet.asked == ["pause", "resume", "pause"])
    }

    @Test func aPaymentIsWaitedForBeforeTheWalletPauses() async throws {
        let wallet = NotingWallet()
        let lifecycle = WalletLifecycle(wallet)
        let (paid, pay) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let payment: Void = lifecycle.finishing {
            begin.finish()
            for await _ in paid {}
            #expect(wallet.asked.isEmpty)
        }
        for await _ in begun {}
        async let left: Void = lifecycle.move(to: .background)
        pay.finish()
        try await payment
        await left
        #expect(wallet.asked == ["pause"])
    }

    @Test func aPaymentThatTakesTooLongIsWaitedForNoLonger() async throws {
        let wallet = NotingWallet()
        let lifecycle = WalletLifecycle(wallet)
        let (paid, pay) = AsyncStream<Void>.makeStream()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let payment: Void = lifecycle.finishing {
            begin.finish()
            for await _ in paid {}
        }
        for await _ in begun {}
        let leaving = Task { await lifecycle.move(to: .background) }
        // The system's word may come before the move has begun to wait; it says it until the move is done.
        while wallet.asked.isEmpty {
            await lifecycle.timeIsUp()
            await Task.yield()
        }
        await leaving.value
        pay.finish()
        try await payment
        #expect(wallet.asked == ["pause"])
    }

    @Test func anAppThatComesBackWhileAPaymentIsUnderWayIsNotPaused() async throws {
        let wallet = NotingWallet()
        let lifecycle = WalletLifecycle(wallet)
        try await lifecycle.finishing {
            let left = Flag()
            let leaving = Task {
                await lifecycle.move(to: .background)
                left.isRaised.store(true, ordering: .sequentiallyConsistent)
            }
            // However the two interleave, the wallet is not paused under the payment.
            while !left.isRaised.load(ordering: .sequentiallyConsistent) { await lifecycle.move(to: .front) }
            await leaving.value
            #expect(wallet.asked.isEmpty)
        }
    }

    @Test func whatFailsIsToldAndTriedAgain() async {
        let wallet = NotingWallet(failing: 1)
        let told = AsyncStream<Void>.makeStream()
        let lifecycle = WalletLifecycle(wallet) { _ in told.continuation.yield() }
        await lifecycle.move(to: .background)
        await lifecycle.move(to: .background)
        told.continuation.finish()
        #expect(await told.stream.reduce(into: 0) { told, _ in told += 1 } == 1)
        #expect(wallet.asked == ["pause", "pause"])
    }
}
