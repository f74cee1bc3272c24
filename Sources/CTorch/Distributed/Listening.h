#pragma once

#include <cstdint>

namespace sapool {

/// A socket that is bound to the address which `host` names, and to no other interface of this machine.
///
/// Returns -1 where `host` is no address of this machine (it may be that of a service in front of it), its port is taken, or other
/// machines have to come in (`isOneMachine` is false) and `host` leads nowhere but to this machine itself, as a machine's own name often
/// does.
int boundSocket(const char *host, uint16_t port, bool isOneMachine);

}  // namespace sapool
