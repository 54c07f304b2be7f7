export { ProjectsPage as default } from '@/components/project/projects-page'
