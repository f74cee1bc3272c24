#include "Listening.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <string>

namespace {

bool isLoopback(const sockaddr &address) {
    if (address.sa_family == AF_INET) {
        const auto &ip = reinterpret_cast<const sockaddr_in &>(address);
        return (ntohl(ip.sin_addr.s_addr) >> 24) == 127;
    }
    if (address.sa_family != AF_INET6) return false;
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6 &>(address).sin6_addr);
}

int bound(const addrinfo &place) {
    const int descriptor = socket(place.ai_family, place.ai_socktype, place.ai_protocol);
    if (descriptor < 0) return -1;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    const int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, place.ai_addr, place.ai_addrlen) == 0 && listen(descriptor, SOMAXCONN) == 0) return descriptor;
    close(descriptor);
    return -1;
}

}  // namespace

namespace sapool {

int boundSocket(const char *host, uint16_t port, bool isOneMachine) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo *places = nullptr;
    if (getaddrinfo(host, std::to_string(port).c_str(), &wanted, &places) != 0) return -1;
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(places, freeaddrinfo);
    for (const addrinfo *place = places; place; place = place->ai_next) {
        if (!isOneMachine && isLoopback(*place->ai_addr)) continue;
        const int descriptor = bound(*place);
        if (descriptor >= 0) return descriptor;
    }
    return -1;
}

}  // namespace sapool
