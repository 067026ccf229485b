#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

stock() {
  ks explode '.type == "moved" ? [{sku, place, qty: -.qty}, {sku, place: .to, qty}] :
    [{sku, place, qty: .type == "sold" ? -.qty : .qty}]' $(from movements.ndjson) \
    then agg stock='sum(.qty)' "$@"
}

echo "stock:"
stock --by .sku,.place

echo "to be ordered:"
stock --by .sku then join --table products.ndjson --on .sku then filter '.stock < .minimum'
