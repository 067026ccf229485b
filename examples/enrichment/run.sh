#!/bin/sh -e
. "$(dirname "$0")/../setup.sh"

ks join --table customers.ndjson --on .customer=.id --left --as customer $(from orders.ndjson) \
  then join --table prices.csv --on .sku --left \
  then map '{order, name: .customer.name, country: .customer.country, total: .qty * tonumber(.price)}'
