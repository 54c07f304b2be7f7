export { FleetPage as default } from '@/components/fleet/fleet-page'
