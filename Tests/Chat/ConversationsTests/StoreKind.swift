import Conversations
import Foundation

/// The stores there are; each must keep the contract.
enum StoreKind: String, CaseIterable, Sendable {
    case sqlite

    /// An empty store.
    func makeStore(limits: StorageLimits = .init()) throws -> any ConversationStore {
        switch self {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory
            let file = folder.appendingPathComponent("store-\(UUID().uuidString).sqlite")
            return try SQLiteConversationStore(path: file.path, limits: limits)
        }
    }
}
