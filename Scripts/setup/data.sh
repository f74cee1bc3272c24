# Fashion-MNIST for the demo and the tests, reachable as .deps/data/fashion-mnist wherever it really lies.

data_package=dataset-fashion-mnist
data_folder=usr/share/datasets/fashion-mnist

set_up_data() {
    link_data && return
    if has_apt; then
        step "Fashion-MNIST (30 MB)"
        if is_root; then
            apt_install "$data_package" || true
        else
            unpack_packages "$data_package" || true
        fi
    fi
    link_data || explain_data
}

link_data() {
    local folder
    for folder in "${SAPOOL_DATA:+$SAPOOL_DATA/fashion-mnist}" "${SAPOOL_DATA:-}" "/$data_folder" "$sysroot/$data_folder"; do
        [ -n "$folder" ] && has_fashion_mnist "$folder" || continue
        mkdir -p "$deps/data"
        ln -sfn "$(cd "$folder" && pwd -P)" "$deps/data/fashion-mnist"
        return 0
    done
    return 1
}

has_fashion_mnist() {
    local name
    for name in train-images-idx3 train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do
        [ -f "$1/$name-ubyte.gz" ] || [ -f "$1/$name-ubyte" ] || return 1
    done
}

explain_data() {
    note "Fashion-MNIST is not here, and the demo trains on it. Take these four files from"
    note "https://github.com/zalandoresearch/fashion-mnist/tree/master/data/fashion :"
    note "  train-images-idx3-ubyte.gz  train-labels-idx1-ubyte.gz"
    note "  t10k-images-idx3-ubyte.gz   t10k-labels-idx1-ubyte.gz"
    note "put them into one folder, name it in SAPOOL_DATA, and run 'Scripts/bootstrap --force'."
}
